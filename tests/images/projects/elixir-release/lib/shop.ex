defmodule Shop do
  def start(_type, _arguments), do: IO.puts("shop")
end
