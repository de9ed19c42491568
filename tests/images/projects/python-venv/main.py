import starlette

app = starlette
print("answering")
