"""Tuning (Optuna), the registry (MLflow), the choice of the champion, retraining triggers."""
