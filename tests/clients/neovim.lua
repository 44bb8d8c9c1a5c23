-- Drives a headless Neovim as its user would, and writes down what it shows.
--
-- In the environment: MODE, `look`, `quickfix` (the preferred quick fix of every finding) or `save`;
-- LEFT, how many findings will be left; REPORT, the file to write.

local PATIENCE = 60000 -- milliseconds
local report = { messages = {} }

vim.lsp.handlers['window/showMessage'] = function(_, message)
  table.insert(report.messages, message.message)
end

local function await(what, condition)
  if not vim.wait(PATIENCE, condition, 20) then
    error('waited too long for ' .. what)
  end
end

-- Rule, line, column, message: places in characters, from 1.
local function findings()
  local seen = {}
  for _, found in ipairs(vim.diagnostic.get(0)) do
    local line = vim.fn.getline(found.lnum + 1)
    local code = found.code or found.user_data.lsp.code
    table.insert(seen, { code, found.lnum + 1, vim.fn.strchars(line:sub(1, found.col)) + 1, found.message })
  end
  return seen
end

local function await_left()
  local left = tonumber(os.getenv('LEFT'))
  await(left .. ' findings', function() return #vim.diagnostic.get(0) == left end)
end

-- Choose the preferred quick fix at the cursor; whether there was one.
local function mend_here()
  local answered, preferred = false, nil
  vim.ui.select = function(items, _, choose)
    for _, item in ipairs(items) do
      local action = item.action or item[2]
      preferred = preferred or (action.isPreferred and item)
    end
    choose(preferred or nil)
    answered = true
  end
  vim.notify = function() answered = true end
  local context = { only = { 'quickfix' } }
  vim.lsp.buf.code_action(vim.fn.has('nvim-0.8') == 1 and { context = context } or context)
  await('the code actions', function() return answered end)
  return preferred ~= nil and preferred ~= false
end

local function mend_one()
  for _, found in ipairs(vim.diagnostic.get(0)) do
    vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
    if mend_here() then return true end
  end
  return false
end

local function mend_each()
  local count = #vim.diagnostic.get(0)
  while mend_one() do
    count = count - 1
    await(count .. ' findings', function() return #vim.diagnostic.get(0) == count end)
  end
end

local function drive()
  local mode = os.getenv('MODE')
  await('findings', function() return #vim.diagnostic.get(0) > 0 end)
  report.before = findings()
  if mode == 'quickfix' then mend_each() end
  if mode ~= 'look' then vim.cmd('write') end
  await_left()
  report.after = findings()
end

local done, mistake = xpcall(drive, debug.traceback)
report.mistake = not done and tostring(mistake) or nil
vim.fn.writefile({ vim.json.encode(report) }, os.getenv('REPORT'))
vim.cmd('qall!')
