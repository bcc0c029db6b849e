"""One file per binary model format: headers and graphs read, tensors passed over."""
