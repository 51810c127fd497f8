"""Tries fixes and lighter runtime stages by real builds, and keeps what is proven and pays.

1. The file is built as it is (`lab`): that image is what every other one is held against.
2. All fixes, safe and unsafe, go in together. When the result does not build or is another image,
   they are added half by half until those to blame are known by name (`fixes`).
3. What each fix saves is read off the layers of the lines that it changed; where several changed the
   same lines, a build without each one tells (`shares`). What saves nothing is left out again.
4. The runtime stage is tried on lighter ground, smallest first (`ladder`): nothing but the files
   that the program needs, then the slim relative of the base, then the base itself (`stages` writes
   those stages, out of what was seen in the image).
5. The smallest text that was built and proven as it stands is the result.

Every text that is tried is remembered (`state`), so that a run that was ended goes on where it was.
Nothing here writes the user's file.
"""
