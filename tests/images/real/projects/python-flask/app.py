import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def greet() -> str:
    return os.environ["GREETING"]


if __name__ == "__main__":
    answer = app.test_client().get("/")
    print(answer.status_code, answer.text)
