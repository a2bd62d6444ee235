/* For wine only: its mscms.dll lacks WcsCreateIccProfile, which Qt's windows plugin imports to read
   a monitor's colour profile. Here no monitor has one. Never put it beside python.exe. */

#define EXPORT __declspec(dllexport)

EXPORT void *OpenColorProfileW(void *profile, unsigned access, unsigned share, unsigned mode)
{
    return 0;
}
EXPORT void *WcsCreateIccProfile(void *profile, unsigned options) { return 0; }
EXPORT int GetColorProfileFromHandle(void *profile, void *buffer, void *size) { return 0; }
EXPORT int CloseColorProfile(void *profile) { return 1; }
