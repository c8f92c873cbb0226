"""Google's resources, read from their official JSON: what is missing reads as the proto default, as the APIs leave that out."""
