# The Debian package: cpack --config build/release/CPackConfig.cmake.
# libheddle.a and its headers, the command, the plugins, the language server, and
# what a shell and man need of them.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME heddle)
set(CPACK_PACKAGE_CONTACT "The Heddle maintainers <maintainers@heddle.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# What the programs are linked with dpkg-shlibdeps finds; Clang's own headers
# they read.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libclang-common-${HEDDLE_LLVM_VERSION}-dev, libllvm${HEDDLE_LLVM_VERSION}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "clang-tidy-${HEDDLE_LLVM_VERSION}, clang-${HEDDLE_LLVM_VERSION}")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libabsl-dev")
include(CPack)
