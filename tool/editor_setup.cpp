#include "editor_setup.h"

#include "command.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

using namespace llvm;

namespace heddle::tool {
namespace {

/// A string as JSON, Lua, TOML and Lisp write it alike.
std::string quoted(StringRef text) {
  return formatv("{0}", json::Value(json::fixUTF8(text)));
}

SetupFile entry(StringRef path, StringRef key, StringRef value) {
  return {path.str(), formatv("{{\n  {0}: {1}\n}\n", quoted(key), value).str(),
          key.str(), value.str()};
}

std::string neovimDirectory() {
  SmallString<128> path;
  if (auto configured = sys::Process::GetEnv("XDG_CONFIG_HOME"))
    path = *configured;
  else if (sys::path::home_directory(path))
    sys::path::append(path, ".config");
  sys::path::append(path, "nvim");
  return path.str().str();
}

constexpr char neovimPlugin[] =
    R"(-- clangd with Heddle's checks, for C and C++. Written by 'heddle init --editor neovim'.
local server = {{ name = 'heddle-clangd', cmd = {{ {0} }, root_dir = vim.fn.getcwd() }
local client

vim.api.nvim_create_autocmd('FileType', {{
  pattern = {{ 'c', 'cpp' },
  callback = function(event)
    if vim.lsp.start then
      vim.lsp.start(server)
    else -- before 0.8
      client = client or vim.lsp.start_client(server)
      vim.lsp.buf_attach_client(event.buf, client)
    end
  end,
})
)";

constexpr char helixLanguages[] = R"([language-server.heddle-clangd]
command = {0}

[[language]]
name = "cpp"
language-servers = ["heddle-clangd"]

[[language]]
name = "c"
language-servers = ["heddle-clangd"]
)";

constexpr char emacsLocals[] =
    R"(((nil . ((eglot-server-programs . (((c++-mode c++-ts-mode c-mode c-ts-mode) . ({0})))))))
)";

/// Past spaces and the comments that editors allow in JSON.
StringRef skipBlank(StringRef text) {
  while (true) {
    text = text.ltrim();
    if (text.starts_with("//"))
      text = text.drop_until([](char c) { return c == '\n'; });
    else if (text.starts_with("/*"))
      text = text.substr(text.find("*/", 2)).substr(2);
    else
      return text;
  }
}

} // namespace

bool SetupFile::isIn(StringRef present) const {
  if (present == text)
    return true;
  if (key.empty())
    return false;
  Expected<json::Value> parsed = json::parse(present);
  if (!parsed) {
    consumeError(parsed.takeError());
    return false;
  }
  const json::Object *object = parsed->getAsObject();
  const json::Value *said = object ? object->get(key) : nullptr;
  return said && *said == cantFail(json::parse(value));
}

Expected<std::string> SetupFile::addTo(StringRef present) const {
  if (key.empty())
    return makeError(" and stays as it is");
  if (present.contains(quoted(key)))
    return makeError(" and says something else of " + quoted(key));
  StringRef rest = skipBlank(present);
  if (!rest.consume_front("{"))
    return makeError(" and is not understood");
  bool empty = skipBlank(rest).starts_with("}");
  StringRef before = present.drop_back(rest.size());
  return formatv("{0}\n  {1}: {2}{3}{4}", before, quoted(key), value,
                 empty && rest.starts_with("}") ? "\n"
                 : empty                        ? ""
                                                : ",",
                 rest)
      .str();
}

Setup editorSetup(StringRef editor, StringRef server) {
  std::string command = quoted(server);
  if (editor == "vscode")
    return {{entry(".vscode/settings.json", "clangd.path", command),
             entry(".vscode/extensions.json", "recommendations",
                   R"(["llvm-vs-code-extensions.vscode-clangd"])")},
            "Open the directory in VS Code, and install the extension 'clangd' "
            "that it recommends.\n"};
  if (editor == "neovim")
    return {{{neovimDirectory() + "/plugin/heddle.lua",
              formatv(neovimPlugin, command)}},
            "Start Neovim. If its configuration starts clangd already, take "
            "that out: two servers\nwould say everything twice.\n"};
  if (editor == "helix")
    return {{{".helix/languages.toml", formatv(helixLanguages, command)}},
            "Start Helix in this directory.\n"};
  return {{{".dir-locals.el", formatv(emacsLocals, command)}},
          "Open a file in Emacs, say that the local variable is safe, and type "
          "M-x eglot.\n"};
}

SetupFile databaseSetup(StringRef directory) {
  return {".clangd", formatv("CompileFlags:\n  CompilationDatabase: {0}\n",
                             quoted(directory))};
}

} // namespace heddle::tool
