"""What code values and patches tell about a picture: clipping, compression, contrast, transfer curve."""
