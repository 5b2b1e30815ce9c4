/** Reads `.env` of the working folder, if there is one. What the environment already holds wins over the file. */
export function loadEnvFile() {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
