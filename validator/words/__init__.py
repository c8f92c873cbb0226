"""The words of the gate as frozen types, and the pure rules over them: no I/O, no clock."""
