#include "chooser.h"

#include "llvm/Support/raw_ostream.h"

#include <iostream>
#include <unistd.h>

using namespace llvm;

namespace heddle::tool {

bool Chooser::wants(StringRef file, function_ref<void()> show) {
  if (all || ended || left.contains(file))
    return all;
  show();
  for (;;) {
    outs().changeColor(raw_ostream::BLUE, /*Bold=*/true)
        << "Make this fix [y,n,a,d,q,?]? ";
    outs().resetColor().flush();
    std::string line;
    bool isEnd = !std::getline(std::cin, line);
    if (isEnd || !isatty(STDIN_FILENO))
      outs() << "\n";
    StringRef answer = isEnd ? "q" : StringRef(line).trim();
    if (answer == "y")
      return true;
    if (answer == "n")
      return false;
    if (answer == "a")
      return all = true;
    if (answer == "q")
      return !(ended = true);
    if (answer == "d")
      return !left.insert(file).second;
    outs() << "y  make it\n"
              "n  do not make it\n"
              "a  make it and all that follow\n"
              "d  make neither it nor any other in this file\n"
              "q  make neither it nor any that follow; those chosen are made\n";
  }
}

} // namespace heddle::tool
