"""`python -m validator`."""

from validator.frame import main

main()
