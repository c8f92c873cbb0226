"""Stands for the driver that the example's application uses."""
