import { createApp } from 'vue'
import { applyLanguage } from '../core/i18n'
import { startRouter } from '../core/router'
import { openSession } from '../core/session'
import '../tokens.css'
import '../parts/parts.css'
import './desk.css'
import App from './App.vue'

applyLanguage()
startRouter()
createApp(App).mount('#app')
void openSession()
