/* python.exe for the bench: the wheel that the Windows Python comes from brings everything else. */

#include <stdio.h>
#include <wchar.h>
#include <windows.h>

typedef int (*main_function)(int, wchar_t **);

int wmain(int count, wchar_t **words)
{
    HMODULE python = LoadLibraryW(L"python312.dll");
    if (!python) {
        fprintf(stderr, "python312.dll cannot be loaded: error %lu\n", GetLastError());
        return 3;
    }
    return ((main_function)(void *)GetProcAddress(python, "Py_Main"))(count, words);
}
