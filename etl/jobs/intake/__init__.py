"""Taking in what people send: fetched, landed, judged, stored, or refused and sent back."""
