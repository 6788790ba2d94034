"""Prediction for more photos than one machine should do: in parts, by workers on one or many hosts, resumable.

`predict --cluster ray` is made of this. Photos are in folders or behind URLs that fsspec opens (s3://, gs://); each
part of them becomes one file of predictions. Only `ray_data` knows Ray; the rest runs, and is tested, without it.
"""
