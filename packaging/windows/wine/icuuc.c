/* For wine only: Windows 10 has icuuc.dll since 1703, wine does not, and Qt6Core imports these.
   Every converter is "not there" (U_FILE_ACCESS_ERROR); Qt then uses its own for UTF-8 and UTF-16.
   Never put it beside python.exe: PyInstaller would take it into the bundle. */

#define EXPORT __declspec(dllexport)
#define FILE_ACCESS_ERROR 4

static void fail(int *error)
{
    if (error)
        *error = FILE_ACCESS_ERROR;
}

EXPORT void *ucnv_open(const char *name, int *error) { fail(error); return 0; }
EXPORT const char *ucnv_getName(void *converter, int *error) { fail(error); return 0; }
EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, int *error)
{
    fail(error);
    return 0;
}
EXPORT int ucnv_countAvailable(void) { return 0; }
EXPORT const char *ucnv_getAvailableName(int number) { return 0; }
EXPORT signed char ucnv_getMaxCharSize(void *converter) { return 1; }
EXPORT int ucnv_toUCountPending(void *converter, int *error) { fail(error); return 0; }
EXPORT int ucnv_fromUCountPending(void *converter, int *error) { fail(error); return 0; }

EXPORT void ucnv_toUnicode(void *converter, void **target, void *target_end, void **source,
                           void *source_end, int *offsets, int flush, int *error)
{
    fail(error);
}
EXPORT void ucnv_fromUnicode(void *converter, void **target, void *target_end, void **source,
                             void *source_end, int *offsets, int flush, int *error)
{
    fail(error);
}

/* The rest is called only on a converter that was opened. */
#define NEVER_CALLED(name) EXPORT void name(void) {}
NEVER_CALLED(ucnv_close)
NEVER_CALLED(ucnv_reset)
NEVER_CALLED(ucnv_getToUCallBack)
NEVER_CALLED(ucnv_getFromUCallBack)
NEVER_CALLED(ucnv_setToUCallBack)
NEVER_CALLED(ucnv_setFromUCallBack)
NEVER_CALLED(ucnv_cbToUWriteUChars)
NEVER_CALLED(ucnv_cbFromUWriteUChars)
NEVER_CALLED(UCNV_TO_U_CALLBACK_SUBSTITUTE)
NEVER_CALLED(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
