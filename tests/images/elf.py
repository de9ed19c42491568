"""Programs for Linux on x86-64 without a compiler: what compilers' models write, and stubs of C libraries.

A program opens the files that it needs, one after another, prints what they hold, then a message. If one is missing
it prints its path to standard error and fails. With an interpreter the kernel refuses to start it where that is
missing, as happens to a program that is linked to glibc in an image with musl or without a C library.
"""

import struct

GLIBC = "/lib64/ld-linux-x86-64.so.2"
MUSL = "/lib/ld-musl-x86_64.so.1"
#: bytes at a program's end: paths, one per line, an empty line, and the message, filled up with spaces
TAIL = 4096

#: Reads the tail: for each line open(2), read(2), write(2) to 1; a path that cannot be opened goes to 2, exit(1);
#: behind the empty line the rest is written to 1, exit(0).
_CODE = bytes.fromhex(
    "488d1da7000000"  # lea rbx, [tail]
    "803b0a747d"  # next: an empty line? to the message
    "4889df4989dc"  # rdi = r12 = path
    "48ffc3803b0a75f8"  # to the end of the line
    "c603004989dd48ffc3"  # make it a C string; r13 = its end
    "31f6b8020000000f0585c07830"  # open; if that fails: missing
    "89c74881ec001000004889e6ba0010000031c00f054881c400100000"  # read 4096 bytes onto the stack
    "85c078b7"  # a folder: it is there, that will do
    "89c2bf01000000b8010000000f05eba7"  # write them; next
    "41c645000abf020000004c89e64c89ea4c29e248ffc2b8010000000f05"  # missing: write the path to 2
    "bf01000000b83c0000000f05"  # exit(1)
    "48ffc34889de488d15181000004829dabf01000000b8010000000f05"  # message: write the rest of the tail
    "31ffb83c0000000f05"  # exit(0)
)
#: What the kernel starts in place of a program with an interpreter: jumps to the program's entry (AT_ENTRY of the
#: auxiliary vector), as a dynamic linker does in the end.
_LINKER_CODE = bytes.fromhex("488b3c24488d74fc1048ad4885c075f948ad4889c748ad4883ff0975f3ffe0")


def program_head(interpreter: str | None = None) -> bytes:
    """All of a program but its tail."""
    return _elf(_CODE, interpreter, TAIL)


def linker() -> bytes:
    """A C library's dynamic linker."""
    return _elf(_LINKER_CODE, None, 0, shared=True)


def _elf(code: bytes, interpreter: str | None, behind: int, shared: bool = False) -> bytes:
    """An executable whose only segment is the file, with `behind` more bytes to come."""
    base = 0 if shared else 0x400000
    path = b"" if interpreter is None else interpreter.encode() + b"\0"
    headers = 1 if interpreter is None else 2
    start = 64 + 56 * headers
    total = start + len(path) + len(code) + behind
    found = b""
    if path:
        found += struct.pack("<IIQQQQQQ", 3, 4, start, base + start, base + start, len(path), len(path), 1)
    found += struct.pack("<IIQQQQQQ", 1, 7, 0, base, base, total, total, 0x1000)
    entry = base + start + len(path)
    kind = 3 if shared else 2
    head = struct.pack("<HHIQQQIHHHHHH", kind, 62, 1, entry, 64, 0, 0, 64, 56, headers, 0, 0, 0)
    return b"\x7fELF\x02\x01\x01" + b"\0" * 9 + head + found + path + code
