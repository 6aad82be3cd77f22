"""Detections to tracks: gate, associate, filter, initiate, delete; one algorithm a file."""
