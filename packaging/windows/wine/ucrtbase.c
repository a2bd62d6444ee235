/* For wine only: its C runtime has no complex numbers, and numpy asks for some while it is
   imported. All other names are forwarded to wine's own library, which is renamed `ucrtwine`
   (wine-bench.sh, replace_runtime). Windows passes a struct of 16 bytes by reference, one of 8 in a
   register, as the compiler does here. */

#define EXPORT __declspec(dllexport)

typedef struct {
    double real, imaginary;
} double_complex;

typedef struct {
    float real, imaginary;
} float_complex;

EXPORT double creal(double_complex z) { return z.real; }
EXPORT double creall(double_complex z) { return z.real; }
EXPORT float crealf(float_complex z) { return z.real; }
EXPORT double cimag(double_complex z) { return z.imaginary; }
EXPORT double cimagl(double_complex z) { return z.imaginary; }
EXPORT float cimagf(float_complex z) { return z.imaginary; }

int __stdcall DllMain(void *module, unsigned reason, void *reserved) { return 1; }
