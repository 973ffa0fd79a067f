"""The examples that RFC 7643, 7644 and 9865 print, as conversations named by section. README.md says how they are written."""
