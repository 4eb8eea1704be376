# Writes OUTPUT: a C++ file with the text of PAGES.
set(rows "")
foreach(page IN LISTS PAGES)
  get_filename_component(stem ${page} NAME_WE)
  file(READ ${page} text)
  string(APPEND rows "      .Case(\"heddle-${stem}\", R\"heddle_page(${text})heddle_page\")\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"pages.h\"

#include \"llvm/ADT/StringSwitch.h\"

llvm::StringRef heddle::tool::pageOf(llvm::StringRef check) {
  return llvm::StringSwitch<llvm::StringRef>(check)
${rows}      .Default(\"\");
}
")
