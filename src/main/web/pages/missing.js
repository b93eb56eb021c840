import { shell } from "../shell.js";

shell({ back: "/containers" });
