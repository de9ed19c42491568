print("the blog")
