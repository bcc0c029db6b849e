"""From a torch checkpoint to safetensors without unpickling."""
