(defproject app "1.0"
  :main app.core)
