import flask

print("turning pages")
app = flask
