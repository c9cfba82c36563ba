"""What the phone app needs of the server: enrolment, records it sends, what it knows offline."""
