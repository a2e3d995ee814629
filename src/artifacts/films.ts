/** The recordings that are made of pictures, in one piece to load: they share nearly everything. */
export { exportGif } from './gif/exportGif.ts';
export { exportVideo } from './video/exportVideo.ts';
