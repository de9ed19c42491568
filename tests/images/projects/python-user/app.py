import requests

served = requests
print("requested")
