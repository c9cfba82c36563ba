"""What an operator needs: backup and restore, the doctor, metrics."""
