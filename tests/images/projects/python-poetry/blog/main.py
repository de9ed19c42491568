import markdown

app = markdown
