import type { Dispatch } from './dispatch.ts';

/** Counts requests from their arrival until their work is really over, whatever became of their connection. */
export class CallCounter {
  #underWay = 0;

  get underWay(): number {
    return this.#underWay;
  }

  /** `dispatch`, counted. */
  counted(dispatch: Dispatch): Dispatch {
    return async (method, params, context) => {
      this.#underWay++;
      try {
        return await dispatch(method, params, context);
      } finally {
        this.#underWay--;
      }
    };
  }
}
