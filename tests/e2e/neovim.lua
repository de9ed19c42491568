-- Driven by test_neovim.py: does in a real Neovim what a person does, and writes down what is seen.
-- Works with Neovim 0.10 and newer.
local seen = {}

local function wait(condition, what)
  if not vim.wait(60000, condition, 20) then
    error('waited in vain for ' .. what)
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function line_with(text)
  for number, line in ipairs(lines()) do
    local column = line:find(text, 1, true)
    if column then
      return number, column - 1
    end
  end
end

local function go_to(text, inside)
  local number, column = line_with(text)
  vim.api.nvim_win_set_cursor(0, { number, column + (inside or 0) })
end

local function codes()
  local found = vim.tbl_map(function(diagnostic) return diagnostic.code end, vim.diagnostic.get(0))
  table.sort(found)
  return found
end

local function drive()
  vim.cmd.edit(vim.env.EXAMPLE .. '/Dockerfile')
  seen.filetype = vim.bo.filetype
  local client
  wait(function()
    client = vim.lsp.get_clients({ name = 'dockls', bufnr = 0 })[1]
    return client and client.initialized
  end, 'the client')
  seen.encoding = client.offset_encoding
  wait(function() return #vim.diagnostic.get(0) > 0 end, 'diagnostics')
  seen.codes = codes()

  go_to('go build')
  vim.lsp.buf.code_action {
    apply = true,
    filter = function(action) return action.title:find('^Extract builder stage') ~= nil end,
  }
  wait(function() return line_with '--from=builder' end, 'the builder stage')
  vim.cmd.write()
  seen.saved = vim.fn.readfile(vim.env.EXAMPLE .. '/Dockerfile')

  go_to('--from=builder', #'--from=')
  vim.lsp.buf.definition()
  wait(function() return vim.fn.getline('.'):find '^FROM' end, 'the jump')
  seen.jumped_to = vim.fn.getline '.'
  seen.at = vim.fn.expand '<cword>'

  vim.lsp.buf.rename 'compile'
  wait(function() return line_with '--from=compile' end, 'the new name')
  go_to('AS app', #'AS ')
  vim.lsp.buf.rename 'web'
  wait(function() return line_with 'AS web' end, 'the other new name')
  vim.cmd.wall()

  local answer = vim.lsp.buf_request_sync(0, 'textDocument/hover', {
    textDocument = vim.lsp.util.make_text_document_params(0),
    position = { line = line_with '--from=' - 1, character = #'COPY --from=' },
  }, 60000)
  for _, one in pairs(answer or {}) do
    seen.hover = one.result and one.result.contents.value
  end
  client:stop()
  wait(function() return #vim.lsp.get_clients { name = 'dockls' } == 0 end, 'the end of the server')
end

local done, fault = xpcall(drive, debug.traceback)
if not done then
  seen.fault = fault
end
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.SEEN)
vim.cmd(done and 'qall!' or 'cquit 1')
