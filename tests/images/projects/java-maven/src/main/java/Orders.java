class Orders { }
