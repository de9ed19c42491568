-- Neovim 0.11 and newer finds this file by itself: vim.lsp.enable('dockls')
return {
  cmd = { 'dockls', 'serve' },
  filetypes = { 'dockerfile' },
  root_markers = {
    'dockls.toml', 'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml', 'docker-bake.hcl', '.git',
  },
  settings = { dockls = {} },
}
