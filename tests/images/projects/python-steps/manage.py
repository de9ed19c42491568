import flask

with open("messages/de.mo", "w") as file:
    file.write(flask.__name__)
