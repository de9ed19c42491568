-- dockls for any Neovim from 0.7 on: require('dockls').setup { settings = { dockls = { ... } } }
local M = {}

M.config = {
  cmd = { 'dockls', 'serve' },
  filetypes = { 'dockerfile' },
  root_markers = {
    'dockls.toml', 'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml', 'docker-bake.hcl', '.git',
  },
  settings = { dockls = {} },
}

local function root_of(path)
  if vim.fs and vim.fs.find then -- 0.8
    local found = vim.fs.find(M.config.root_markers, { upward = true, path = vim.fn.fnamemodify(path, ':p:h') })[1]
    if found then
      return vim.fn.fnamemodify(found, ':h')
    end
  end
  return vim.fn.fnamemodify(path, ':p:h')
end

local clients = {} -- by folder, for 0.7, which does not share clients among buffers by itself

local function attach(buffer)
  local folder = root_of(vim.api.nvim_buf_get_name(buffer))
  local config = {
    name = 'dockls',
    cmd = M.config.cmd,
    root_dir = folder,
    settings = M.config.settings,
    init_options = M.config.settings,
  }
  if vim.lsp.start then -- 0.8
    vim.lsp.start(config, { bufnr = buffer })
    return
  end
  if not (clients[folder] and vim.lsp.get_client_by_id(clients[folder])) then
    clients[folder] = vim.lsp.start_client(config)
  end
  if clients[folder] then
    vim.lsp.buf_attach_client(buffer, clients[folder])
  end
end

function M.setup(options)
  M.config = vim.tbl_deep_extend('force', M.config, options or {})
  -- No Neovim knows these names by itself.
  vim.filetype.add { pattern = { ['.*%.[Cc]ontainerfile'] = 'dockerfile', ['Containerfile%..*'] = 'dockerfile' } }
  if vim.fn.has 'nvim-0.11' == 1 then
    vim.lsp.config('dockls', M.config)
    vim.lsp.enable 'dockls'
    return
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('dockls', { clear = true }),
    pattern = M.config.filetypes,
    callback = function(event)
      attach(event.buf)
    end,
  })
end

return M
