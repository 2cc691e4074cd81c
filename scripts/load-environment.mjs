/** Reads `.env` of the working folder, where there is one; what is set already stands. */
export function loadEnvironment() {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
