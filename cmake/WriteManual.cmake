# cmake -DGRAFT=<executable> -DFOLDER=<folder> -P WriteManual.cmake
# Manual pages and completions as the executable itself writes them.
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
execute_process(COMMAND "${GRAFT}" man --output "${FOLDER}/man1" COMMAND_ERROR_IS_FATAL ANY)
foreach(shell bash zsh fish)
    execute_process(COMMAND "${GRAFT}" completion ${shell} OUTPUT_FILE "${FOLDER}/graft.${shell}"
                    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(TOUCH "${FOLDER}/complete")
