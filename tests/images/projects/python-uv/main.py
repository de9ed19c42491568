import httpx

app = httpx
print("sunny")
