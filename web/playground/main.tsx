import './bundle/workers'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import '@graphiql/plugin-history/style.css'
import 'graphiql/graphiql.css'
import './style.css'
import { createRoot } from 'react-dom/client'
import { readConfig } from './config'
import { markStyles } from './nonce'
import { Playground } from './Playground'

const config = readConfig()
markStyles(config.styleNonce)
createRoot(document.getElementById('playground')!).render(<Playground {...config} />)
