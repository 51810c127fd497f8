import sys

import cffi
import yaml

ffi = cffi.FFI()
ffi.cdef("int abs(int x);")
libc = ffi.dlopen(None)
print(yaml.safe_dump({"arguments": len(sys.argv) - 1, "abs": libc.abs(-3)}), end="")
