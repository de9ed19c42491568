defmodule App.MixProject do
  def project, do: [app: :myapp, version: "0.1.0"]
end
