"""Cloud Run's v1 API in terms of v2, there and back."""
