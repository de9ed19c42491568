import flask
import requests

print("snake")
requests.get(flask.__name__)
