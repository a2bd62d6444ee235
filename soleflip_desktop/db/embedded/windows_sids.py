"""Whom Windows takes us for, and whose a folder is: by security identifiers, not by names.

%USERNAME% may be that of whoever started us under another account, and groups have another name in
every language.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, byref, c_uint32, c_void_p, c_wchar_p
from pathlib import Path

assert sys.platform == "win32"  # noqa: S101 - the form in which mypy skips the rest elsewhere

LOCAL_SYSTEM = "S-1-5-18"
ADMINISTRATORS = "S-1-5-32-544"

_FILE_OBJECT = 1
_OWNER = 1
_TOKEN_QUERY = 8
_TOKEN_USER = 1
_LARGEST_SID = 256


def process_sid() -> str:
    """Of the user of this process. Raises OSError."""
    kernel, security = _libraries()
    token, length = c_void_p(), c_uint32()
    if not security.OpenProcessToken(kernel.GetCurrentProcess(), _TOKEN_QUERY, byref(token)):
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        user = (c_void_p * _LARGEST_SID)()  # a pointer to the SID comes first, then its bytes
        if not security.GetTokenInformation(
            token, _TOKEN_USER, user, ctypes.sizeof(user), byref(length)
        ):
            raise ctypes.WinError(ctypes.get_last_error())
        return _text(c_void_p(user[0]))
    finally:
        kernel.CloseHandle(token)


def owner_sid(path: Path) -> str:
    """Of the owner of a file or folder. Raises OSError."""
    kernel, security = _libraries()
    owner, descriptor = c_void_p(), c_void_p()
    error = security.GetNamedSecurityInfoW(
        str(path), _FILE_OBJECT, _OWNER, byref(owner), None, None, None, byref(descriptor)
    )
    if error:
        raise ctypes.WinError(error)
    try:
        return _text(owner)
    finally:
        kernel.LocalFree(descriptor)


def _text(sid: c_void_p) -> str:
    kernel, security = _libraries()
    text = c_void_p()
    if not security.ConvertSidToStringSidW(sid, byref(text)):
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        kernel.LocalFree(text)


def _libraries() -> tuple[ctypes.WinDLL, ctypes.WinDLL]:
    """With the types of all that is a pointer, which ctypes would take for a short number."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    security = ctypes.WinDLL("advapi32", use_last_error=True)
    kernel.GetCurrentProcess.restype = c_void_p
    kernel.CloseHandle.argtypes = kernel.LocalFree.argtypes = [c_void_p]
    number, pointer, place = c_uint32, c_void_p, POINTER(c_void_p)
    security.OpenProcessToken.argtypes = [pointer, number, place]
    security.GetTokenInformation.argtypes = [pointer, number, pointer, number, POINTER(c_uint32)]
    security.ConvertSidToStringSidW.argtypes = [pointer, place]
    security.GetNamedSecurityInfoW.argtypes = [c_wchar_p, number, number, *[place] * 5]
    return kernel, security
