"""THE ARITHMETIC: who should have what, who has what, and what lies between. Standard library only, no I/O, no clock."""
